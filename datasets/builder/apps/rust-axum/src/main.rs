mod count;

use axum::{routing::{get, post}, Json, Router};
use count::{count, Counted};
use tokio::{net::TcpListener, signal::unix::{signal, SignalKind}};

async fn counted(text: String) -> Json<Counted> {
    Json(count(&text))
}

#[tokio::main]
async fn main() {
    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_string());
    let app = Router::new()
        .route("/", get(|| async { "word count: POST text to /count\n" }))
        .route("/health", get(|| async { "ok" }))
        .route("/count", post(counted));
    let listener = TcpListener::bind(format!("0.0.0.0:{port}")).await.expect("the port is free");
    let mut stop = signal(SignalKind::terminate()).expect("signals can be handled");
    axum::serve(listener, app)
        .with_graceful_shutdown(async move {
            stop.recv().await;
        })
        .await
        .expect("the server runs");
}
