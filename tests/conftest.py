"""Its being here puts this folder on the import path: tests share what lies beside it."""
