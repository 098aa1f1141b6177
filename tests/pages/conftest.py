"""Pages run without a browser: `open_page` gives a page of the samples or of another warehouse, as Streamlit's AppTest."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_views import OpenPage
from streamlit.testing.v1 import AppTest

from data.warehouse import Snapshot

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def open_page(sample_warehouse: Snapshot, monkeypatch: pytest.MonkeyPatch) -> OpenPage:
    """`open_page("imaging", modality="spect")` opens a page at an address; `warehouse=` takes another folder."""

    def opened(page: str, /, *, warehouse: Path | None = None, **query: str | list[str]) -> AppTest:
        monkeypatch.setenv("OVERTURN_WAREHOUSE", str(warehouse or sample_warehouse.folder))
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30)
        app.switch_page(f"pages/{page}.py")
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, [error.message for error in app.exception]
        return app

    return opened
