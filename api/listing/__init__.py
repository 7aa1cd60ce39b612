"""The breakpoint list as people work with it: run, kept, decided about, delivered as a workbook and taken back."""
