"""The calculator: rows as JSON lines in, results as JSON lines out.

Each row has the input fields of its kind; `id` is passed through. A row that cannot be computed is
answered with an error, and the next one is computed all the same.
"""

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path

from analytics.calc.kinds import KINDS, calculator
from analytics.calc.lines import answers


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="zonewatch calc", description=__doc__)
    parser.add_argument("kind", choices=sorted(KINDS), metavar="KIND", help=" ".join(sorted(KINDS)))
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="- for standard input")
    args = parser.parse_args(argv)
    try:
        with nullcontext(sys.stdin) if args.file == "-" else Path(args.file).open() as lines:
            for line in answers(lines, calculator(args.kind)):
                sys.stdout.write(line + "\n")
    except OSError as error:
        sys.stderr.write(f"zonewatch calc: {args.file}: {error.strerror}\n")
        return 2
    except UnicodeDecodeError:
        sys.stderr.write(f"zonewatch calc: {args.file}: expected UTF-8\n")
        return 2
    return 0
