"""Speed, measured side by side with a plain way to do the same: `make bench`."""
