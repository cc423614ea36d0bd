"""Reports that go out by themselves: by mail, and to other programs by signed webhooks."""
