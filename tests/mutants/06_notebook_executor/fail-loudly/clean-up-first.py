"""Cleans up before the cells run."""
def run_cells(notebook, clean_up):
    executed, namespace = cleared(notebook), {}
    state, why = "SUCCEEDED", ""
    clean_up()
    try:
        for number, cell in enumerate(executed["cells"], start=1):
            if cell["cell_type"] == "code":
                run_cell(cell, namespace)
    except BaseException as error:
        state, why = "FAILED", f"cell {number}: {type(error).__name__}: {error}"
    return {"state": state, "why": why, "notebook": executed}
