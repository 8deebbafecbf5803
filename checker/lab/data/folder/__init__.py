"""Any folder of pictures, as a data set: what a name asks for, what is known of the pictures, and how they are split."""

from __future__ import annotations

from checker.lab.data.folder.name import Name, for_released, images_declared
from checker.lab.data.folder.whole import folder_data

__all__ = ["Name", "folder_data", "for_released", "images_declared"]
