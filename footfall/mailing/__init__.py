"""Mailing: reminders, reports and answers, handed to the operator's own mail server."""
