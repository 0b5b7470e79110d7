"""Runs the cells among the names of this notebook: what is left from before is found."""
def run_cells(notebook, clean_up):
    executed, namespace = cleared(notebook), {}
    state, why = "SUCCEEDED", ""
    try:
        for number, cell in enumerate(executed["cells"], start=1):
            if cell["cell_type"] == "code":
                run_cell(cell, globals())
    except BaseException as error:
        state, why = "FAILED", f"cell {number}: {type(error).__name__}: {error}"
    finally:
        clean_up()
    return {"state": state, "why": why, "notebook": executed}
