"""Reading lists from files: .xlsx, .xls and .csv as numbered rows of plain values.

Whatever the size of the file, rows come one after the other and what is held in memory stays small: a
workbook whose sheet is small enough is read by calamine, a larger one is streamed.
"""

from congdoan.foundation.imports.reading.files import Row, Table, open_table
from congdoan.foundation.imports.reading.refusals import FileRefused

__all__ = ["FileRefused", "Row", "Table", "open_table"]
