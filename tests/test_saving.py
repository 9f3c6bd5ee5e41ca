"""Saving a notebook keeps the picture or text of a live view and drops the view, and touches nothing else."""

import copy

from rnn_core.saving import WIDGET, without_views

VIEW = {WIDGET: {"model_id": "1"}}


def notebook(*data):
    """What Jupyter is about to save: one cell of prose and one with these outputs."""
    outputs = [{"output_type": "display_data", "data": dict(d), "metadata": {}} for d in data]
    stream = {"output_type": "stream", "name": "stdout", "text": "6"}
    cells = [
        {"cell_type": "markdown", "source": "Prose."},
        {"cell_type": "code", "source": "2 * 3", "outputs": [stream, *outputs]},
    ]
    return {"type": "notebook", "content": {"cells": cells}}


def test_a_view_with_a_picture_or_text_beside_it_goes_and_all_else_stays():
    picture, text = {"image/png": "iVBOR", "text/plain": "a line"}, {"text/plain": "a line"}
    model = notebook(picture | VIEW, text | VIEW, VIEW, picture, text)
    without_views(model, path="a.ipynb", contents_manager=None)
    assert model == notebook(picture, text, VIEW, picture, text)


def test_what_is_no_notebook_or_has_no_content_is_left_alone():
    for model in ({"type": "file", "content": "x"}, {"type": "notebook", "content": None}):
        kept = copy.deepcopy(model)
        without_views(model)
        assert model == kept
