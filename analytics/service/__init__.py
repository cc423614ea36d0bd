"""The one service that feeds analytics: from the change feed to hours and facts. All I/O is here."""
