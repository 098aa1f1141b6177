"""What the pages are made of: theme, charts and the other shared parts of the screen."""
