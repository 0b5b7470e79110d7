"""Counts code cells only, so that the number points to another cell."""
def run_cells(notebook, clean_up):
    executed, namespace = cleared(notebook), {}
    state, why = "SUCCEEDED", ""
    try:
        for number, cell in enumerate([c for c in executed["cells"] if c["cell_type"] == "code"], start=1):
            run_cell(cell, namespace)
    except BaseException as error:
        state, why = "FAILED", f"cell {number}: {type(error).__name__}: {error}"
    finally:
        clean_up()
    return {"state": state, "why": why, "notebook": executed}
