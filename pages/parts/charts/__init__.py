"""The figures, a module each, as plain Plotly dicts made by pure functions; `draw` shows one and hears its clicks.

Rates are dots with whiskers on an axis from 0, counts are bars. A small cell never has a place on a rate axis: it is
hollow and grey and says its count in words. Every mark carries its key in `customdata`, its words as hover text.
When the browser changes its theme the figures keep their colours until the next run; `theme.css` mends their words.
"""
