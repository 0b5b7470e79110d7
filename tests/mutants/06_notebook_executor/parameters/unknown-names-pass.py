"""Refuses nothing: a misspelt name runs with the default."""
def with_parameters(notebook, values):
    notebook = copy.deepcopy(notebook)
    places = [i for i, cell in enumerate(notebook["cells"]) if "parameters" in tags_of(cell)]
    if not places:
        raise ValueError("no cell has the tag 'parameters'")
    known = names_set_by(source_of(notebook["cells"][places[0]]))
    lines = [f"{name} = {value!r}" for name, value in values.items()]
    notebook["cells"].insert(places[0] + 1, code("\n".join(lines), tags=["injected-parameters"]))
    return notebook
