"""Formulas as MathML, which browsers draw by themselves: no script, no network."""

import re

MATHS = re.compile(r"(```.*?```|`[^`\n]*`)|\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.DOTALL)


def with_maths(source):
    """Prose with its formulas as MathML; code stays as it is."""

    def put(match):
        code, block, inline = match.groups()
        return code or formula(block or inline, "block" if block else "inline")

    return MATHS.sub(put, source)


def formula(latex, display):
    """MathML, with the signs that Markdown would take for its own written as numbers."""
    from latex2mathml.converter import convert

    made = convert(" ".join(latex.split()).replace("{aligned}", "{align*}"), display=display)
    made = made.replace(r"\_", "_")
    if "\\" in made or "&<" in made:
        raise ValueError(f"this formula cannot be shown: {latex}")
    for sign in "*_|`$":
        made = made.replace(sign, f"&#{ord(sign)};")
    return made
