"""From a source to its release: nbgrader's own steps with ours between them, one a file.

The order matters. Ours that change what a cell says come before the checksums are taken; the tests
are hidden after they were written to the gradebook; tidying comes last.
"""

from __future__ import annotations

from nbgrader import preprocessors as stock

from autograder.build.contract import KeepContract
from autograder.build.hand_in import AddHandIn
from autograder.build.head import AddHead
from autograder.build.platform_metadata import SetPlatformMetadata
from autograder.build.released import NameParts
from autograder.build.setup_cell import FillSetupCell
from autograder.build.stubs import DeriveStubs
from autograder.build.tidy import Tidy

# Up to here the notebook still has its hidden tests: this is what the grader works from.
GRADING_STEPS = [
    stock.IncludeHeaderFooter,
    stock.InstantiateTests,
    KeepContract,
    AddHead,
    FillSetupCell,
    AddHandIn,
    stock.LockCells,
    DeriveStubs,
    stock.ClearOutput,
    stock.CheckCellMetadata,
    stock.ComputeChecksums,
    stock.SaveCells,
]
RELEASE_STEPS = [
    *GRADING_STEPS,
    stock.ClearHiddenTests,
    stock.ClearMarkScheme,
    SetPlatformMetadata,
    Tidy,
    NameParts,
    stock.ComputeChecksums,
    stock.CheckCellMetadata,
]
