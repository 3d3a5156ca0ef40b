from django.db import models


class Book(models.Model):
    title = models.CharField(max_length=200)
    shelf = models.CharField(max_length=10)


class Loan(models.Model):
    book = models.ForeignKey(Book, on_delete=models.PROTECT)
    reader = models.CharField(max_length=100)
    due = models.DateField()
