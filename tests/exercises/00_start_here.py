"""Answers to exercise 00."""

RIGHT = {
    "00-input": {
        "filled": ("np.zeros((T, B, n_x))", "np.full([T, B, n_x], 0.0)"),
        "single precision": ("np.zeros((T, B, n_x))", "np.zeros((T, B, n_x), dtype=np.float32)"),
        "lists in lists": (
            "np.zeros((T, B, n_x))",
            "np.array([[[0.0] * n_x for _ in range(B)] for _ in range(T)])",
        ),
    },
    "00-last": {
        "by its number": ("h[-1]", "h[len(h) - 1]"),
        "all axes written": ("h[-1]", "h[-1, :, :]"),
        "taken": ("h[-1]", "np.take(h, h.shape[0] - 1, axis=0)"),
        "a loop": ("return h[-1]", "for h_t in h:\n        pass\n    return h_t"),
    },
}

WRONG = {
    "00-input": {
        "batch first": ("(T, B, n_x))", "(B, T, n_x))"),
        "features first": ("(T, B, n_x))", "(n_x, B, T))"),
        "no batch": ("(T, B, n_x))", "(T, n_x))"),
        "flat": ("(T, B, n_x))", "T * B * n_x)"),
        "whole numbers": ("(T, B, n_x))", "(T, B, n_x), dtype=int)"),
        "ones": ("np.zeros", "np.ones"),
        "the numbers of the check": ("(T, B, n_x))", "(5, 3, 2))"),
        "nothing returned": ("return ", "x = "),
    },
    "00-last": {
        "the first": ("h[-1]", "h[0]"),
        "the last row of the batch": ("h[-1]", "h[:, -1]"),
        "the last unit": ("h[-1]", "h[..., -1]"),
        "one too early": ("h[-1]", "h[-2]"),
        "the step of the check": ("h[-1]", "h[3]"),
        "a slice": ("h[-1]", "h[-1:]"),
        "the sum": ("h[-1]", "h.sum(axis=0)"),
        "all of them": ("h[-1]", "h"),
    },
}
