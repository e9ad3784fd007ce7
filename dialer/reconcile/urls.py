from __future__ import annotations

from django.urls import path

from dialer.outcomes import views as recordings
from dialer.reconcile import views as records
from dialer.reconcile import views_books as books

app_name = "records"
urlpatterns = [
    path("books/", books.books, name="books"),
    path("books.csv", books.books_csv, name="books_csv"),
    path("unmatched.csv", books.unmatched_csv, name="unmatched_csv"),
    path("files/", records.files, name="files"),
    path("files/<int:pk>/", records.file, name="file"),
    path("files/<int:pk>/apply/", records.apply, name="file_apply"),
    path("files/<int:pk>/report.csv", records.report, name="file_report"),
    path("ask/<slug:kind>/<slug:reference>/", records.ask, name="ask"),
    path("<int:pk>/assign/", books.assign, name="assign"),
    path("<int:pk>/recording", recordings.recording, name="recording"),
]
