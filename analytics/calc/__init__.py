"""The calculator a verifier uses: the functions behind the reports, by hand."""
