"""Runs the notebook that was given, with its old outputs."""
def run_cells(notebook, clean_up):
    executed, namespace = notebook, {}
    state, why = "SUCCEEDED", ""
    try:
        for number, cell in enumerate(executed["cells"], start=1):
            if cell["cell_type"] == "code":
                run_cell(cell, namespace)
    except BaseException as error:
        state, why = "FAILED", f"cell {number}: {type(error).__name__}: {error}"
    finally:
        clean_up()
    return {"state": state, "why": why, "notebook": executed}
