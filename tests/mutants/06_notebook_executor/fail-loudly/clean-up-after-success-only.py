"""Cleans up behind the last cell, where a failure never comes."""
def run_cells(notebook, clean_up):
    executed, namespace = cleared(notebook), {}
    state, why = "SUCCEEDED", ""
    try:
        for number, cell in enumerate(executed["cells"], start=1):
            if cell["cell_type"] == "code":
                run_cell(cell, namespace)
        clean_up()
    except BaseException as error:
        state, why = "FAILED", f"cell {number}: {type(error).__name__}: {error}"
    return {"state": state, "why": why, "notebook": executed}
