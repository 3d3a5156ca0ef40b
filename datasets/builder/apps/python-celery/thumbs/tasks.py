import os

from celery import Celery

from thumbs.scale import scaled

app = Celery("thumbs", broker=os.environ.get("REDIS_URL", "redis://localhost:6379/0"))
app.conf.update(task_acks_late=True, broker_connection_retry_on_startup=True, worker_send_task_events=False)


@app.task
def thumbnail(source: str, target: str) -> str:
    scaled(source, target, int(os.environ.get("THUMBNAIL_SIZE", "256")))
    return target
