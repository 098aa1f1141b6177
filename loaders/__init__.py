"""From letters to the warehouse: read -> settle -> parse -> store. `python -m loaders` is the command line."""

PARSER_VERSION = "5"
