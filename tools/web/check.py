"""What must hold of a site that has been built; each function yields a sentence for every place where it does not."""


def problems(site, self_contained):
    yield from ()
