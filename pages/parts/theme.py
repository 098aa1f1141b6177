"""The one place for colours and small styles. Colour means one thing: overturned is warm, upheld is cool, grey is neutral.

Outcomes take vermillion and blue, the four target modalities the other hues of the colour-blind-safe set of Okabe and
Ito (2008), darkened on white until a mark reaches a contrast of 3 to 1. `.streamlit/config.toml` repeats the page's own
colours; a test compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import streamlit as st

CONTENT_WIDTH = 1280  # pixels
FAINT = "rgba(127, 135, 145, 0.22)"  # on white as on black
STACK_BELOW = 900  # pixels of the window: from here on columns stand below each other
ICON = Path(__file__).parent.parent / "assets" / "icon.png"


# A page without filters that is reached from one with them would keep their place, empty.
NO_SIDEBAR = "<style>[data-testid='stSidebar'], [data-testid='stExpandSidebarButton'] { display: none; }</style>"


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme. Text reaches 4.5 to 1 and marks 3 to 1 on `background`, text also on `surface`.

    `outcomes` are marks and `outcome_texts` words in the same hue; `kinds` are the soft backgrounds of evidence in the
    reader with `kind_edges` as their underlines, `contradiction` the line under words that contradict others; `grey` is
    a neutral mark, `faint` a grid line that carries no meaning.
    `rate_low` and `rate_high` are the ends of the shades behind `text` in a matrix.
    """

    background: str
    surface: str
    text: str
    muted: str
    link: str
    border: str
    grey: str
    faint: str
    outcomes: Mapping[str, str]
    outcome_texts: Mapping[str, str]
    modalities: Mapping[str, str]
    kinds: Mapping[str, str]
    kind_edges: Mapping[str, str]
    contradiction: str
    rate_low: str
    rate_high: str


KIND_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "overturned": "Overturned",
        "upheld": "Upheld",
        "imaging": "Imaging",
        "request": "What was requested",
        "claims_administrator": "Source of the claims administrator",
        "reviewer": "Source of the reviewer",
        "specialty": "Reviewer's specialty",
        "licence_state": "State of licence",
        "date": "Date",
        "decisive": "Deciding sentence",
        "worker": "Injured worker",
        "other": "Other",
    }
)

LIGHT = Palette(
    background="#ffffff",
    surface="#f3f5f7",
    text="#1f2630",
    muted="#59626e",
    link="#0b5394",
    border="#d3d8de",
    grey="#7b838d",
    faint=FAINT,
    outcomes={"upheld": "#0b5fa5", "partly": "#9a6b3f", "overturned": "#d55e00"},
    outcome_texts={"upheld": "#0b5394", "partly": "#7d5228", "overturned": "#a84400"},
    modalities={"bone_scan": "#009068", "spect": "#b9568f", "ct": "#b07a00", "dexa": "#2a90c8"},
    kinds={
        "overturned": "#ffe0cc",
        "upheld": "#c3d9f4",
        "imaging": "#d3f0e5",
        "request": "#eaf3d2",
        "claims_administrator": "#dbe7f7",
        "reviewer": "#d6eef7",
        "specialty": "#eee2f6",
        "licence_state": "#e3e1f7",
        "date": "#e9ebee",
        "decisive": "#fff0b3",
        "worker": "#f8dfea",
        "other": "#efebe4",
    },
    kind_edges={
        "overturned": "#d55e00",
        "upheld": "#0b5fa5",
        "imaging": "#009068",
        "request": "#6f8c1f",
        "claims_administrator": "#3f74bd",
        "reviewer": "#2183a6",
        "specialty": "#9358b8",
        "licence_state": "#6a62c4",
        "date": "#7b838d",
        "decisive": "#a67c00",
        "worker": "#bf4f83",
        "other": "#8d7f68",
    },
    contradiction="#b3153a",
    rate_low="#fdf3ec",
    rate_high="#f6a76e",
)

DARK = Palette(
    background="#14181d",
    surface="#1f252c",
    text="#e8ebef",
    muted="#a7b0bb",
    link="#86aef0",
    border="#3a424c",
    grey="#8b949f",
    faint=FAINT,
    outcomes={"upheld": "#6f9ae6", "partly": "#c79f70", "overturned": "#f07f3c"},
    outcome_texts={"upheld": "#8fb3f0", "partly": "#d6b48a", "overturned": "#f59a62"},
    modalities={"bone_scan": "#22b68c", "spect": "#d98ab8", "ct": "#e0a100", "dexa": "#5cc0ee"},
    kinds={
        "overturned": "#5a2f17",
        "upheld": "#1c3f86",
        "imaging": "#12453a",
        "request": "#37451a",
        "claims_administrator": "#1f3d66",
        "reviewer": "#15485b",
        "specialty": "#452a57",
        "licence_state": "#35306a",
        "date": "#363d46",
        "decisive": "#544410",
        "worker": "#5a2340",
        "other": "#443d31",
    },
    kind_edges={
        "overturned": "#f07f3c",
        "upheld": "#6f9ae6",
        "imaging": "#22b68c",
        "request": "#a3c23f",
        "claims_administrator": "#7aa5e8",
        "reviewer": "#52b4d6",
        "specialty": "#bd8adb",
        "licence_state": "#9c94ee",
        "date": "#9aa3ae",
        "decisive": "#e0b93a",
        "worker": "#e081ad",
        "other": "#b7a88d",
    },
    contradiction="#ff8097",
    rate_low="#271f1a",
    rate_high="#8a4415",
)


def palette(dark: bool) -> Palette:
    """The colours of the dark or the light theme."""
    return DARK if dark else LIGHT


def is_dark() -> bool:
    """Whether the page is shown dark now; light when the browser has not told."""
    return st.context.theme.type == "dark"


def modality_colour(key: str, dark: bool) -> str:
    """The fixed colour of one of the four target modalities; the others share one grey."""
    colours = palette(dark)
    return colours.modalities.get(key, colours.grey)


def css() -> str:
    """The style sheet of everything that Streamlit does not style itself, for one `st.html` on each run.

    Both themes stand in it: `light-dark()` follows the `color-scheme` that Streamlit sets on the page and the sidebar.
    """
    colours = {
        "background": (LIGHT.background, DARK.background),
        "surface": (LIGHT.surface, DARK.surface),
        "text": (LIGHT.text, DARK.text),
        "muted": (LIGHT.muted, DARK.muted),
        "border": (LIGHT.border, DARK.border),
        "grey": (LIGHT.grey, DARK.grey),
        "link": (LIGHT.link, DARK.link),
        "contradiction": (LIGHT.contradiction, DARK.contradiction),
    }
    for name in LIGHT.outcomes:
        colours[name] = (LIGHT.outcomes[name], DARK.outcomes[name])
        colours[f"{name}-text"] = (LIGHT.outcome_texts[name], DARK.outcome_texts[name])
    for name in LIGHT.kinds:
        colours[f"kind-{name}"] = (LIGHT.kinds[name], DARK.kinds[name])
        colours[f"edge-{name}"] = (LIGHT.kind_edges[name], DARK.kind_edges[name])
    variables = "\n".join(f"  --ov-{name}: light-dark({light}, {dark});" for name, (light, dark) in colours.items())
    outcomes = "\n".join(
        f".ov-card.ov-{name} {{ border-left-color: var(--ov-{name}); }}\n"
        f".ov-word.ov-{name} {{ color: var(--ov-{name}-text); }}"
        for name in LIGHT.outcomes
    )
    kinds = "\n".join(
        f".ov-mark.ov-{name} {{ background: var(--ov-kind-{name}); border-bottom-color: var(--ov-edge-{name}); }}"
        for name in LIGHT.kinds
    )
    words = [(LIGHT.text, DARK.text), (LIGHT.muted, DARK.muted)]
    words += [(LIGHT.outcome_texts[name], DARK.outcome_texts[name]) for name in LIGHT.outcomes]
    charts = "\n".join(_follow(light, dark) for light, dark in words)
    rules = _RULES.replace("CONTENT_WIDTH", str(CONTENT_WIDTH)).replace("STACK_BELOW", str(STACK_BELOW))
    rules = rules.replace("PAPER", LIGHT.background).replace("INK", LIGHT.text)
    return f"<style>\n:root {{\n{variables}\n}}\n{rules}{outcomes}\n{kinds}\n{charts}\n</style>"


def _follow(light: str, dark: str) -> str:
    """Lets words in a chart change with the browser's theme at once; the figure itself follows with the next run.

    The words inside the cells of a matrix stay with their shades.
    """
    kept = "[data-testid='stPlotlyChart'] :is(text, tspan):not(.bartext, .bartext *)"
    written = [f"rgb({int(c[1:3], 16)}, {int(c[3:5], 16)}, {int(c[5:7], 16)})" for c in (light, dark)]
    both = ", ".join(f"[style*='fill: {colour}'], [style*='fill:{colour}']" for colour in (*written, light, dark))
    return f"{kept}:is({both}) {{ fill: light-dark({light}, {dark}) !important; }}"


_RULES = """
[data-testid="stMainBlockContainer"] { max-width: CONTENT_WIDTHpx; margin-inline: auto; }
[data-testid="stPlotlyChart"] text { font-variant-numeric: tabular-nums; }
.ov-answer, .ov-note, .ov-chips, .ov-chip, .ov-figures, .ov-card, .ov-reader, .ov-values, .ov-problems, .ov-legend,
.ov-name, .ov-parts {
  color: var(--ov-text); }
.ov-answer { font-size: 1.25rem; line-height: 1.45; margin: 0 0 0.5rem; max-width: 62rem; text-wrap: pretty; }
.ov-answer b { font-weight: 650; font-variant-numeric: tabular-nums; }
.ov-note { font-size: 0.9rem; line-height: 1.5; color: var(--ov-muted); margin: 0; max-width: 62rem; }
.ov-term { text-decoration: underline dotted var(--ov-grey); text-underline-offset: 0.2em; cursor: help; }
.ov-word { font-weight: 600; }

.ov-chips { display: flex; flex-wrap: wrap; gap: 0.4rem; align-items: center; }
.ov-chip { display: inline-block; padding: 0.1rem 0.65rem; border: 1px solid var(--ov-border); border-radius: 999px;
  background: var(--ov-surface); font-size: 0.875rem; line-height: 1.6; }
[class*="st-key-ov-chip"] button { border-radius: 999px; min-height: 0; padding: 0.1rem 0.75rem;
  background: var(--ov-surface); }

[class*="st-key-ov-link"] a { border: 1px solid var(--ov-border); border-radius: 0.375rem; padding: 0.25rem 0.75rem;
  white-space: nowrap; }

.st-key-ov-turn { display: none; }
.st-key-ov-title [data-testid="stHeading"] { min-width: min(100%, 20rem); }
.stApp dl.ov-definitions { max-width: 62rem; row-gap: 0.5rem; }
[data-testid="stPopoverBody"] { max-width: min(36rem, 92vw); }

.ov-figures { display: flex; flex-wrap: wrap; gap: 0.75rem 2.5rem; margin: 0.25rem 0; }
.ov-figure { min-width: 9rem; }
.ov-figure b { display: block; font-size: 1.625rem; font-weight: 600; line-height: 1.25;
  font-variant-numeric: tabular-nums; }
.ov-figure { max-width: 20rem; flex: 1 1 12rem; }
.ov-figure span { display: block; font-size: 0.9rem; color: var(--ov-muted); line-height: 1.4; }
.ov-figure .ov-more { margin-top: 0.2rem; text-wrap: pretty; }

.ov-bar { position: relative; display: block; padding: 0.05rem 0.3rem; font-variant-numeric: tabular-nums;
  background: linear-gradient(var(--ov-border), var(--ov-border)) left / var(--ov-share, 0%) 100% no-repeat; }

.ov-card { border: 1px solid var(--ov-border); border-left: 0.375rem solid var(--ov-grey); border-radius: 0.375rem;
  background: var(--ov-background); padding: 0.6rem 0.9rem; margin: 0 0 0.6rem; line-height: 1.5;
  break-inside: avoid; overflow-wrap: anywhere; }
.ov-card h4 { margin: 0 0 0.15rem; padding: 0; font-size: 1rem; font-weight: 600; }
.ov-card p { margin: 0.15rem 0 0; }
.ov-card .ov-meta { font-size: 0.9rem; color: var(--ov-muted); }

.ov-card .ov-snippet { border-left: 2px solid var(--ov-border); padding-left: 0.6rem; }
.ov-card .ov-snippet span { color: var(--ov-muted); font-size: 0.9rem; }
.ov-hit { color: inherit; background: var(--ov-surface); font-weight: 650; border-bottom: 2px solid var(--ov-text); }
.ov-reader .ov-hit, .ov-legend .ov-hit { color: var(--ov-text); border-radius: 0.15rem; box-shadow: 0 0 0 1px var(--ov-text);
  -webkit-box-decoration-break: clone; box-decoration-break: clone; }
.ov-reader .ov-hit:not(.ov-mark), .ov-legend .ov-hit { background: transparent; border-bottom: 0; }
.ov-hit:has(:target) { outline: 3px solid var(--ov-text); outline-offset: 3px; }
.ov-hits { font-size: 0.95rem; line-height: 1.6; margin: 0 0 0.75rem; color: var(--ov-text); }
.stApp .ov-hits a { color: var(--ov-link); margin-right: 0.15rem; }
.ov-found { color: var(--ov-text); margin: 0; line-height: 1.5; font-variant-numeric: tabular-nums; }
.ov-read-as { color: var(--ov-muted); font-size: 0.9rem; overflow-wrap: anywhere; }
.ov-split { display: block; height: 0.5rem; border-radius: 0.25rem; margin: 0 0 0.3rem; max-width: 62rem;
  background: linear-gradient(90deg, var(--ov-overturned) var(--ov-share), var(--ov-upheld) var(--ov-share)); }
.st-key-ov-neighbours a { background: transparent; }
.st-key-ov-neighbours a * { font-weight: inherit; }
.st-key-ov-finder [data-testid="stTextInput"] { flex: 1 1 24rem; }
.stApp table.ov-checklist { width: 100%; border-collapse: collapse; margin: 0.25rem 0 0.5rem; font-size: 0.95rem; line-height: 1.45;
  color: var(--ov-text); font-variant-numeric: tabular-nums; }
.ov-checklist th, .ov-checklist td { border: 0; border-bottom: 1px solid var(--ov-border); padding: 0.4rem 0.9rem 0.4rem 0;
  text-align: left; vertical-align: top; }
.ov-checklist th { font-weight: 500; }
.stApp ul.ov-checks { list-style: none; padding: 0; margin: 0.25rem 0; color: var(--ov-text); line-height: 1.5; }
.ov-checks li { padding: 0.15rem 0 0.15rem 1.6rem; position: relative; }
.ov-checks li::before { position: absolute; left: 0; font-weight: 650; content: "✓"; }
.ov-checks li.ov-open::before { content: "!"; left: 0.35rem; color: var(--ov-contradiction); }

.ov-reader { max-width: 75ch; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.65; font-size: 1rem; }
.ov-mark { color: var(--ov-text); padding: 0.05em 0; border-bottom: 2px solid var(--ov-grey);
  border-radius: 0.15rem 0.15rem 0 0; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
.ov-problem { text-decoration-line: underline; text-decoration-thickness: 2px; text-underline-offset: 0.25em;
  text-decoration-skip-ink: none; }
.ov-mark.ov-problem { border-bottom-color: transparent; }
.ov-problem.ov-contradiction { text-decoration-style: wavy; text-decoration-color: var(--ov-contradiction); }
.ov-problem.ov-missing { text-decoration-style: dashed; text-decoration-color: var(--ov-muted); }
.ov-problem.ov-doubt { text-decoration-style: dotted; text-decoration-color: var(--ov-muted); }
.ov-problems { padding-left: 1.1rem; margin: 0 0 0.5rem; font-size: 0.95rem; line-height: 1.45; }
.ov-problems li::marker { color: var(--ov-grey); }
.ov-problems.ov-contradiction li::marker { color: var(--ov-contradiction); }
.ov-why { display: block; font-size: 0.9rem; color: var(--ov-muted); }
.ov-deciding { font-weight: 650; border-bottom-width: 3px; }
.ov-mark:has(:target), .ov-problem:has(:target) { outline: 3px solid var(--ov-text); outline-offset: 1px; }
.ov-reader [id], .ov-top { scroll-margin-top: 5rem; }
.ov-sign { unicode-bidi: isolate; }
.ov-sign::before { content: "\\25AF"; color: var(--ov-muted); }
.ov-parts ul { list-style: none; margin: 0 0 0.75rem; padding: 0 0 0 0.75rem; border-left: 3px solid var(--ov-border);
  font-size: 0.95rem; line-height: 1.45; }
.ov-parts li { margin: 0 0 0.3rem; padding: 0; overflow-wrap: anywhere; color: var(--ov-text); }
.stApp .ov-parts a { color: var(--ov-link); }
.ov-reported li { font-weight: 600; }
[data-testid="stColumn"]:has(.st-key-ov-side) { position: sticky; top: 4rem; align-self: flex-start;
  max-height: calc(100vh - 5rem); overflow-y: auto; }
.ov-page { display: block; border-top: 1px dashed var(--ov-grey); margin: 0.75rem 0; }
.ov-name { font-size: 1.25rem; font-weight: 650; margin: 0; }
.ov-legend { display: flex; flex-wrap: wrap; gap: 0.35rem 0.9rem; font-size: 0.9rem; margin: 0 0 0.5rem; }
.stApp dl.ov-values { padding: 0; display: grid; grid-template-columns: minmax(8rem, auto) 1fr; gap: 0.3rem 0.9rem; margin: 0;
  font-size: 0.95rem; line-height: 1.45; }
.stApp dl.ov-derived { border-top: 1px solid var(--ov-border); padding-top: 0.6rem; row-gap: 0; }
.ov-values dd.ov-why { grid-column: 1 / -1; margin-bottom: 0.4rem; }
.ov-values a, .ov-problems a { color: var(--ov-link); }
.ov-values dt { padding: 0; font-weight: 400; color: var(--ov-muted); }
.ov-values dd { margin: 0; overflow-wrap: anywhere; }
.stApp .ov-values a { color: var(--ov-link); }

@media (max-width: STACK_BELOWpx) {
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]) { flex-direction: column; }
  [data-testid="stHorizontalBlock"] > [data-testid="stColumn"] { width: 100%; min-width: 0; flex: 1 1 auto; }
  [data-testid="stMainBlockContainer"] { padding-left: 1.25rem; padding-right: 1.25rem; }
  [data-testid="stColumn"]:has(.st-key-ov-side) { order: -1; top: 0; padding-top: 0.75rem; max-height: 38vh; z-index: 1;
    background: var(--ov-background); border-bottom: 1px solid var(--ov-border); }
  .ov-reader [id] { scroll-margin-top: calc(38vh + 2rem); }
}
/* A chart keeps its width on paper, so the page is as wide as the content and the printer scales it down. */
@page { size: 1200px 1553px; margin: 40px; }
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stElementToolbar"],
  .modebar-container, .stDownloadButton, .stPageLink, .stPopover, .stCheckbox, .st-key-ov-chip-clear,
  .stButton:not(.st-key-ov-chip-row .stButton), .st-key-ov-tools, .ov-no-paper,
  [data-testid="stColumn"]:has(.st-key-ov-side) { display: none !important; }
  [data-testid="stColumn"]:has(.ov-reader) { width: 100% !important; flex: 1 1 100% !important; }
  .ov-reader { max-width: none; font-size: 1.4rem; }
  .ov-mark:has(:target), .ov-problem:has(:target) { outline: none; }
  [data-testid="stMainBlockContainer"] { max-width: none; padding: 0; }
  :root, .stApp, .stApp * { color-scheme: light !important; }
  html, body, .stApp, .stApp :is([data-testid="stMain"], [data-testid="stAlertContainer"], summary, details, button) {
    background: PAPER !important; }
  .stApp .main-svg { background: transparent !important; }
  .stApp .main-svg .bg { fill: transparent !important; }
  .stApp :is(h1, h2, h3, h4, summary, button p, [data-testid="stAlertContainer"] p) { color: INK !important; }
  [data-testid="stPlotlyChart"], .ov-card, .ov-figures, tr { break-inside: avoid; }
  h1, h2, h3, h4 { break-after: avoid; }
  .ov-mark, .ov-card, .ov-chip, .ov-bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
