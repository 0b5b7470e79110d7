"""Cleans up in except and in finally: twice after a failure."""
def run_cells(notebook, clean_up):
    executed, namespace = cleared(notebook), {}
    state, why = "SUCCEEDED", ""
    try:
        for number, cell in enumerate(executed["cells"], start=1):
            if cell["cell_type"] == "code":
                run_cell(cell, namespace)
    except BaseException as error:
        state, why = "FAILED", f"cell {number}: {type(error).__name__}: {error}"
        clean_up()
    finally:
        clean_up()
    return {"state": state, "why": why, "notebook": executed}
