"""Returns early after a failure, without the notebook."""
def run_cells(notebook, clean_up):
    executed, namespace = cleared(notebook), {}
    state, why = "SUCCEEDED", ""
    try:
        for number, cell in enumerate(executed["cells"], start=1):
            if cell["cell_type"] == "code":
                run_cell(cell, namespace)
    except BaseException as error:
        return {"state": "FAILED", "why": f"cell {number}: {type(error).__name__}: {error}", "notebook": None}
    finally:
        clean_up()
    return {"state": state, "why": why, "notebook": executed}
