"""What stands on a page that AppTest has run."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from streamlit.testing.v1 import AppTest

OpenPage = Callable[..., AppTest]


def markup(app: AppTest, contains: str = "") -> list[str]:
    """The HTML blocks of the page's middle that hold some text, hard blanks as blanks."""
    blocks: list[Any] = list(app.main.get("html"))
    bodies = [str(block.proto.body).replace("\xa0", " ") for block in blocks]
    return [body for body in bodies if contains in body]


def answer_of(app: AppTest) -> str:
    """The sentence under the title."""
    block = markup(app, 'class="ov-answer"')[0]
    return re.sub(r".*<p class=\"ov-answer\">(.*?)</p>.*", r"\1", block, flags=re.DOTALL)


def links_of(app: AppTest, label: str) -> list[dict[str, str]]:
    """The parameters of every link of the page's middle with that label."""
    links: list[Any] = [link.proto for link in app.main.get("page_link")]
    return [dict(parse_qsl(link.query_string)) for link in links if link.label == label]


def warnings_of(app: AppTest) -> list[str]:
    """What the page warns of, markdown's backslashes taken out."""
    return [re.sub(r"\\(.)", r"\1", warning.value) for warning in app.warning]


def table_of(app: AppTest, heading: str) -> Any:
    """The table whose first column has that heading."""
    return next(frame.value for frame in app.main.dataframe if frame.value.columns[0] == heading)
