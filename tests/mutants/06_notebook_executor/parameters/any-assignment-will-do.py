"""Looked for known names in all code cells, not in the tagged one."""
def with_parameters(notebook, values):
    notebook = copy.deepcopy(notebook)
    places = [i for i, cell in enumerate(notebook["cells"]) if "parameters" in tags_of(cell)]
    if not places:
        raise ValueError("no cell has the tag 'parameters'")
    known = [n for c in notebook["cells"] if c["cell_type"] == "code" for n in names_set_by(source_of(c))]
    for name in values:
        if name not in known:
            raise ValueError(f"there is no parameter '{name}', only: {', '.join(known)}")
    lines = [f"{name} = {value!r}" for name, value in values.items()]
    notebook["cells"].insert(places[0] + 1, code("\n".join(lines), tags=["injected-parameters"]))
    return notebook
