"""The command line: `python -m loaders parse | ingest | evaluate | vocabulary | unknown | synthesize | schema | status`.

What is done to a warehouse once it is there stands in `loaders/commands.py`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from data.errors import OverturnError

try:
    from data.reasons import measured_text
    from data.record_schema import schema
    from data.rules import known_rule
    from data.warehouse import current_snapshot, default_folder, read_journal
    from loaders.commands import add_commands, at_least_one
    from loaders.evaluate import evaluate, read_all
    from loaders.evaluate_items import evaluate_items
    from loaders.evaluate_phrases import evaluate_phrases
    from loaders.evaluate_result import Row, change_lines, gains_and_losses, read_result, rows_of, write_result
    from loaders.evaluation import Evaluation
    from loaders.explain import explain, known_terms, unknown_lines, unknown_terms
    from loaders.ingest import ingest, ingest_rejected, progress, records
    from loaders.read import Rejected
    from loaders.synthetic.corpus import synthesize
except OverturnError as error:  # a vocabulary that cannot be used
    print(f"overturn: {error}", file=sys.stderr)
    sys.exit(2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 done but not as hoped (misses, rejections), 2 could not be done."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except OverturnError as error:
        print(f"overturn: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        raise
    except OSError as error:
        print(
            f"overturn: the system refused a file operation: {error}. Nothing that was published has changed.",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("overturn: stopped; nothing that was published has changed.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m loaders", description="Read IMR final determination letters and load them."
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    parse = commands.add_parser("parse", help="print one JSON record a letter to standard output")
    parse.add_argument("paths", nargs="+", type=Path, help="letters (.txt, .pdf), folders, .zip archives")
    parse.add_argument("--without-text", action="store_true", help="leave the settled text out of the records")
    parse.set_defaults(run=_parse)

    load = commands.add_parser("ingest", help="load letters or .jsonl records into a new snapshot")
    load.add_argument(
        "paths",
        nargs="*",
        type=Path,
        help="letters (.txt, .pdf), folders, .zip and .tar archives, .jsonl records, .parquet",
    )
    load.add_argument("--rejected", action="store_true", help="only the files that the last load refused")
    load.add_argument(
        "--warehouse",
        type=Path,
        default=None,
        help="folder of the warehouse (default: OVERTURN_WAREHOUSE or data/warehouse)",
    )
    load.add_argument("--collection", help="a tag for the letters of this load")
    load.add_argument(
        "--demonstration", action="store_true", help="load samples or synthetic letters, marked as such on every page"
    )
    load.add_argument(
        "--synthetic", type=int, default=0, metavar="N", help="with --demonstration: so many synthetic letters as well"
    )
    load.add_argument(
        "--from-nothing",
        action="store_true",
        help="leave what is loaded out: a new start, also for a damaged warehouse",
    )
    load.add_argument("--if-empty", action="store_true", help="do nothing when the warehouse already has a snapshot")
    load.add_argument("--workers", type=at_least_one, default=None, help="processes that parse (default: one a core)")
    load.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask scheduler, tcp://host:8786, whose workers parse instead"
    )
    load.set_defaults(run=_ingest, misuse=load.error)

    check = commands.add_parser("evaluate", help="compare with checked labels, field by field")
    check.add_argument("paths", nargs="+", type=Path)
    check.add_argument(
        "--labels", type=Path, required=True, help="folder with labels_letters.csv and labels_decisions.csv"
    )
    check.add_argument(
        "--disputed", type=Path, help="CSV of labels shown to be wrong (letter, decision, field, shown, why)"
    )
    check.add_argument(
        "--items", type=Path, help="folder with items.csv, citations.csv and reasons.csv, labels of further values"
    )
    check.add_argument("--set", default="letters", metavar="NAME", help="what the result calls these letters")
    check.add_argument(
        "--phrases", type=Path, help="CSV of request phrases with their studies, body parts and category"
    )
    check.add_argument(
        "--against",
        type=Path,
        metavar="FILE",
        help="say what is gained and lost against a kept result; a loss ends with 1",
    )
    check.add_argument("--write", type=Path, metavar="FILE", help="keep this result, in place of the same sets there")
    check.add_argument(
        "--measure-reasons", type=Path, metavar="FILE", help="write how well each ground is read (with --items)"
    )
    check.set_defaults(run=_evaluate)

    words = commands.add_parser("vocabulary", help="explain which vocabulary, entry and rule match a phrase")
    words.add_argument(
        "terms",
        nargs="+",
        metavar="TERM",
        help="a request, a source, a specialty ... (quote its blanks), or a rule that the letter page names",
    )
    words.set_defaults(run=_vocabulary)

    missing = commands.add_parser("unknown", help="list the terms of letters that no vocabulary entry knows")
    missing.add_argument("paths", nargs="+", type=Path, help="letters, folders, .zip archives, .jsonl records")
    missing.add_argument("--most", type=int, default=40, help="terms listed a kind (default 40, 0: all)")
    missing.set_defaults(run=_unknown)

    _add_synthesize(commands)

    describe = commands.add_parser("schema", help="print the JSON Schema of the letter record")
    describe.set_defaults(run=_schema)

    status = commands.add_parser("status", help="say what the warehouse holds")
    status.add_argument("--warehouse", type=Path, default=None)
    status.set_defaults(run=_status)
    add_commands(commands)
    return parser


def _add_synthesize(commands: Any) -> None:
    made = commands.add_parser("synthesize", help="write synthetic letters with labels and known effects")
    made.add_argument("out", type=Path, metavar="OUT", help="a new folder, .zip archive, or .jsonl file of records")
    made.add_argument("--letters", type=int, default=3000, metavar="N")
    made.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed gives the same bytes")
    form = made.add_mutually_exclusive_group()
    form.add_argument("--pdf", action="store_const", dest="kind", const="pdf", help="letters as PDF")
    form.add_argument(
        "--records", action="store_const", dest="kind", const="records", help="records alone, for ingest, to a .jsonl"
    )
    made.add_argument("--workers", type=at_least_one, default=1, help="processes that write at once")
    made.set_defaults(run=_synthesize, kind="text")


def _read(options: argparse.Namespace, rejected: list[Rejected]) -> Iterator[dict[str, Any]]:
    """The records of the given paths; a refused file is said at once and kept in `rejected`."""

    def refuse(refusal: Rejected) -> None:
        rejected.append(refusal)
        print(f"{refusal.source}: {refusal.message}", file=sys.stderr)

    return records(options.paths, refuse, lambda: None)


def _parse(options: argparse.Namespace) -> int:
    rejected: list[Rejected] = []
    for record in _read(options, rejected):
        if options.without_text:
            record.pop("text", None)
        print(json.dumps(record, ensure_ascii=False))
    return 1 if rejected else 0


def _vocabulary(options: argparse.Namespace) -> int:
    print("\n".join(line for term in options.terms for line in explain(term)))
    return 0 if all(known_rule(term) or known_terms(term) for term in options.terms) else 1


def _unknown(options: argparse.Namespace) -> int:
    rejected: list[Rejected] = []
    print("\n".join(unknown_lines(unknown_terms(_read(options, rejected)), options.most)))
    return 1 if rejected else 0


def _ingest(options: argparse.Namespace) -> int:
    if bool(options.paths) == options.rejected:
        options.misuse("give paths, or --rejected without any")
    folder = options.warehouse or default_folder()
    if options.if_empty and current_snapshot(folder) is not None:
        print("The warehouse already has letters; nothing to do.", file=sys.stderr)
        return 0
    if options.synthetic and not options.demonstration:
        raise OverturnError(
            "Synthetic letters are for a demonstration alone: add --demonstration, or leave --synthetic out."
        )
    signal.signal(signal.SIGTERM, _interrupt)
    if options.rejected:
        summary = ingest_rejected(folder, report=progress(), workers=options.workers, scheduler=options.scheduler)
        print("\n".join(summary.lines()))
        return 1 if summary.rejected else 0
    with TemporaryDirectory(prefix="overturn-") as made:
        paths = list(options.paths)
        if options.synthetic:
            synthesize(Path(made) / "synthetic", options.synthetic, seed=1)
            paths.append(Path(made) / "synthetic" / "letters")
        summary = ingest(
            paths,
            folder,
            demonstration=options.demonstration,
            collection=options.collection,
            report=progress(),
            from_nothing=options.from_nothing,
            workers=options.workers,
            scheduler=options.scheduler,
        )
    print("\n".join(summary.lines()))
    return 1 if summary.rejected else 0


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _evaluate(options: argparse.Namespace) -> int:
    if options.measure_reasons and not (options.items and (options.items / "reasons.csv").exists()):
        raise OverturnError("--measure-reasons needs labelled grounds: give their folder with --items.")
    read, rejected = read_all(options.paths)
    evaluation = evaluate(options.labels, read, options.disputed)
    evaluation.rejected += rejected
    print("\n".join(evaluation.lines()))
    sets = {options.set: rows_of(options.set, evaluation)}
    if options.items:
        items = Evaluation()
        grounds = evaluate_items(options.items, read, items)
        print("\nFurther values of the items, against labels made by reading:")
        print("\n".join([*items.lines(), *grounds.lines()]))
        sets[options.set] = sorted([*sets[options.set], *rows_of(options.set, items)])
        if options.measure_reasons:
            options.measure_reasons.write_text(measured_text(grounds.measured()), encoding="utf-8")
    if options.phrases:
        phrases = evaluate_phrases(options.phrases)
        print("\nRequest phrases, against what their writer meant:")
        print("\n".join(phrases.lines("phrases")))
        sets["phrases"] = rows_of("phrases", phrases)
    return _kept(options, sets, 0 if evaluation.exact else 1)


def _kept(options: argparse.Namespace, sets: dict[str, list[Row]], otherwise: int) -> int:
    """Compare with the kept result, keep the new one; the exit code, `otherwise` where neither was asked for."""
    code = 0 if options.against or options.write else otherwise
    if options.against:
        gained, lost = gains_and_losses(read_result(options.against), sets)
        print("\n" + "\n".join(change_lines(options.against, gained, lost)))
        code = 1 if lost else 0
    if options.write:
        write_result(options.write, sets)
        print(f"Written to {options.write}.")
    return code


def _synthesize(options: argparse.Namespace) -> int:
    manifest = synthesize(options.out, options.letters, options.seed, options.kind, options.workers, progress())
    print(
        f"{manifest['letters']:,} letters, {manifest['decisions']:,} decisions, {manifest['overturned']:,} overturned."
    )
    return 0


def _schema(_: argparse.Namespace) -> int:
    print(json.dumps(schema(), indent=2))
    return 0


def _status(options: argparse.Namespace) -> int:
    folder = options.warehouse or default_folder()
    snapshot = current_snapshot(folder)
    if snapshot is None:
        print(f"No letters are loaded in {folder}. Load some with python -m loaders ingest PATH.")
        return 1
    print(
        f"Snapshot {snapshot.snapshot_id} ({snapshot.kind}), made {snapshot.created}: {snapshot.letters:,} letters, {snapshot.decisions:,} decisions."
    )
    for entry in [entry for entry in read_journal(folder) if "seen" in entry][-5:]:
        print(
            f"  {entry['ended']}  {entry['seen']:,} seen, {entry['added']:,} added, {entry['unchanged']:,} unchanged, {len(entry['rejected']):,} rejected"
        )
    return 0


if __name__ == "__main__":
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)
