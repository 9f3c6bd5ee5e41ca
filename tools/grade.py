"""make grade: grade a folder of submissions in a sandbox, see instructors/grading.md.

python tools/grade.py 03_bptt_by_hand submissions [--out grades] [--again] …
"""

import argparse
import sys

from grading import grade


def arguments(line):
    parser = argparse.ArgumentParser(prog="grade", description="Grade a folder of submissions.")
    parser.add_argument("exercise", metavar="EXERCISE", help="03_bptt_by_hand, for instance")
    parser.add_argument("folder", metavar="FROM", help="the folder of submissions")
    parser.add_argument("--out", default="grades", help="the folder of the grades")
    parser.add_argument("--solutions", help="where the sources are, for a variant")
    parser.add_argument("--jobs", type=int, help="how many at once")
    parser.add_argument("--again", action="store_true", help="those, too, that are graded already")
    parser.add_argument("--unsafe", action="store_true", help="without a sandbox")
    return {k: v for k, v in vars(parser.parse_args(line)).items() if v is not None}


def main(line):
    options = arguments(line)
    try:
        grade(options.pop("exercise"), options.pop("folder"), **options)
    except ValueError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("\nStopped. What was graded is kept; the same command goes on with the rest.")


if __name__ == "__main__":
    main(sys.argv[1:])
