"""Notes the failure and goes on with the next cell."""
def run_cells(notebook, clean_up):
    executed, namespace = cleared(notebook), {}
    state, why = "SUCCEEDED", ""
    for number, cell in enumerate(executed["cells"], start=1):
        if cell["cell_type"] == "code":
            try:
                run_cell(cell, namespace)
            except BaseException as error:
                state, why = "FAILED", f"cell {number}: {type(error).__name__}: {error}"
    clean_up()
    return {"state": state, "why": why, "notebook": executed}
