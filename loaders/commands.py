"""Commands for a warehouse that is there: its history, going back, cleaning up, checking, comparing, exporting, asking."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import Any

from data.errors import OverturnError
from data.exports import safe_cell
from data.links import filter_of
from data.warehouse import current_snapshot, default_folder, snapshot
from loaders.corrections import export_corrections
from loaders.difference import diff, snapshots_of
from loaders.export import export
from loaders.ingest import last_load, progress, reparse
from loaders.operations import history_lines, megabytes, named, prune, rollback
from loaders.purge import forget, purge
from loaders.query import add_query
from loaders.verify import verify


def at_least_one(text: str) -> int:
    """A number of processes as typed. Raises ArgumentTypeError for what is none, or below 1."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes, which begins at 1")
    return int(text)


def add_commands(commands: Any) -> None:
    """Add these commands to the subparsers of the command line."""
    _add(commands, "history", _history, "list snapshots and loads, newest first")

    back = _add(commands, "rollback", _rollback, "serve an older snapshot; the next load builds on it")
    back.add_argument("id", nargs="?", help="a snapshot, or how its id begins (default: the base of the served one)")

    old = _add(commands, "prune", _prune, "remove older snapshots and what no snapshot names")
    old.add_argument("--keep", type=int, default=3, metavar="N", help="snapshots that stay, the served one among them")
    old.add_argument("--dry-run", action="store_true", help="only say what would be removed")

    gone = _add(commands, "purge", _purge, "remove letters and every older file that holds them, for good")
    gone.add_argument(
        "names", nargs="*", metavar="CASE_OR_LETTER_ID", help="none: finish a purge that was stopped before its end"
    )
    gone.add_argument("--forget", action="store_true", help="let these purged letters be loaded again")

    check = _add(commands, "verify", _verify, "check that the warehouse is whole; ends with 1 when it is not")
    check.add_argument("--all", action="store_true", help="every text rather than a sample")
    check.add_argument("--every", action="store_true", help="every snapshot rather than the served one")

    again = _add(commands, "reparse", _reparse, "read stored letters anew after a change of parser or vocabulary")
    again.add_argument("--workers", type=at_least_one, default=None, help="processes that parse (default: one a core)")
    again.add_argument("--scheduler", metavar="ADDRESS", help="a Dask scheduler whose workers parse instead")

    why = _add(commands, "diff", _diff, "say why figures changed between two snapshots")
    why.add_argument("old", nargs="?", help="a snapshot (default: the base of the new one)")
    why.add_argument("new", nargs="?", help="a snapshot (default: the served one)")
    why.add_argument("--filter", default="", metavar="LINK", help="a link, or what stands after its ?")

    out = _add(commands, "export", _export, "write tables as Parquet or CSV, with a data dictionary")
    out.add_argument("table", help="letters, decisions, citations, problems, files, facts, terms or all")
    out.add_argument("out", type=Path, help="a folder")
    out.add_argument("--csv", action="store_true", help="CSV rather than Parquet")
    out.add_argument("--with-text", action="store_true", help="also the letters' own words and days of injury")
    out.add_argument("--snapshot", metavar="ID", help="another snapshot than the served one")

    said = commands.add_parser("corrections", help="what people reported as read wrongly")
    asked = said.add_subparsers(required=True, metavar="what")
    labels = _add(asked, "export", _corrections, "write the reports as labels that evaluate reads")
    labels.add_argument("out", type=Path, metavar="FOLDER", help="a new folder for the label files")

    add_query(commands)
    refused = _add(commands, "rejects", _rejects, "list the files that the last load refused, with reasons")
    refused.add_argument("--csv", action="store_true", help="as CSV")


def _add(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text)
    parser.add_argument("--warehouse", type=Path, default=None)
    parser.set_defaults(run=run)
    return parser


def _folder(options: argparse.Namespace) -> Path:
    folder: Path = options.warehouse or default_folder()
    return folder


def _history(options: argparse.Namespace) -> int:
    print("\n".join(history_lines(_folder(options))))
    return 0


def _rollback(options: argparse.Namespace) -> int:
    served = rollback(_folder(options), options.id)
    print(
        f"Snapshot {served.snapshot_id} is served now: {served.letters:,} letters, {served.decisions:,} decisions. "
        "The next load builds on it; the other snapshots stay until python -m loaders prune."
    )
    return 0


def _prune(options: argparse.Namespace) -> int:
    done = prune(_folder(options), options.keep, dry_run=options.dry_run)
    would = "would be " if options.dry_run else ""
    print(f"Kept: {', '.join(done.kept)}.")
    print("\n".join([f"{len(done.removed):,} snapshots {would}removed:", *(f"  {name}" for name in done.files)]))
    print(f"{megabytes(done.freed)} {would}freed.")
    return 0


def _purge(options: argparse.Namespace) -> int:
    if options.forget:
        if not options.names:
            raise OverturnError("--forget needs the ids of letters; purged.json in the warehouse lists them.")
        lifted = forget(_folder(options), options.names)
        print(f"{len(lifted):,} letters may be loaded again: {', '.join(lifted)}.")
    else:
        folder = _folder(options)
        print("\n".join(purge(folder, options.names).lines(folder)))
    return 0


def _verify(options: argparse.Namespace) -> int:
    found = verify(_folder(options), every=options.every, all_texts=options.all)
    print(
        "\n".join([*(f"WRONG {text}" for text in found.wrong), *(f"Note: {text}" for text in found.notes)]) or "Clean."
    )
    print(f"{found.checked:,} snapshots checked, {len(found.wrong):,} findings.")
    if found.wrong:
        print(
            "What is wrong is served as it is until you act: python -m loaders rollback goes back to an older snapshot, "
            "ingest --from-nothing PATH loads everything anew."
        )
    return 1 if found.wrong else 0


def _reparse(options: argparse.Namespace) -> int:
    done = reparse(_folder(options), report=progress(), workers=options.workers, scheduler=options.scheduler)
    print("\n".join(done.lines()))
    return 1 if done.rejected else 0


def _diff(options: argparse.Namespace) -> int:
    old, new = snapshots_of(_folder(options), options.old, options.new)
    print("\n".join(diff(old, new, filter_of(options.filter)).lines()))
    return 0


def _export(options: argparse.Namespace) -> int:
    folder = _folder(options)
    chosen = snapshot(folder, named(folder, options.snapshot)) if options.snapshot else current_snapshot(folder)
    if chosen is None:
        raise OverturnError(f"No letters are loaded in {folder}, so there is nothing to export.")
    form = "csv" if options.csv else "parquet"
    for path in export(chosen, options.table, options.out, form, with_text=options.with_text):
        print(path)
    return 0


def _corrections(options: argparse.Namespace) -> int:
    print("\n".join(export_corrections(_folder(options), options.out).lines()))
    return 0


def _rejects(options: argparse.Namespace) -> int:
    last = last_load(_folder(options))
    if last is None:
        raise OverturnError(f"Nothing was ever loaded into {_folder(options)}.")
    if options.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["source", "code", "message", "month"])
        for refused in last["rejected"]:
            writer.writerow([safe_cell(refused.get(name)) for name in ("source", "code", "message", "month")])
        return 0
    print(f"The load of {last['ended']} refused {len(last['rejected']):,} files.")
    print("\n".join(f"  {refused['source']}: {refused['message']}" for refused in last["rejected"]))
    if last["rejected"]:
        print("Mend them and start python -m loaders ingest --rejected, which tries only these again.")
    return 0
