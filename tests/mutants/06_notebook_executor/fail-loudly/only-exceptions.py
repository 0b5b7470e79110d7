"""Catches Exception: Ctrl-C and sys.exit() go past it."""
def run_cells(notebook, clean_up):
    executed, namespace = cleared(notebook), {}
    state, why = "SUCCEEDED", ""
    try:
        for number, cell in enumerate(executed["cells"], start=1):
            if cell["cell_type"] == "code":
                run_cell(cell, namespace)
    except Exception as error:
        state, why = "FAILED", f"cell {number}: {type(error).__name__}: {error}"
    finally:
        clean_up()
    return {"state": state, "why": why, "notebook": executed}
