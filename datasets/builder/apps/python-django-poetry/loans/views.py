from django.http import HttpResponse


def index(request):
    return HttpResponse("<h1>Library</h1><p>Open from nine to five.</p>")
