"""What is stored of a live view when a notebook is saved: its picture and its text, not the view.

A live view ends with its kernel. A saved one would show "model not found" the next day, in place of picture and text.
`make lab` gives `without_views` to JupyterLab as its pre_save_hook.
"""

WIDGET = "application/vnd.jupyter.widget-view+json"


def without_views(model, **_):
    """Drop the live view of every output that has a picture or text beside it; other content stays as it is.

    model: what Jupyter's contents manager is about to save; changed in place.
    """
    if model.get("type") != "notebook" or not model.get("content"):
        return
    for cell in model["content"].get("cells", []):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if len(data) > 1:
                data.pop(WIDGET, None)
