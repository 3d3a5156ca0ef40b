mod shelf;

use actix_web::{get, post, web, App, HttpResponse, HttpServer, Responder};
use shelf::{Item, Shelf};

#[get("/")]
async fn index(shelf: web::Data<Shelf>) -> impl Responder {
    HttpResponse::Ok().body(format!("lost and found: {} things", shelf.len()))
}

#[get("/items")]
async fn items(shelf: web::Data<Shelf>) -> impl Responder {
    web::Json(shelf.all())
}

#[post("/items")]
async fn add(shelf: web::Data<Shelf>, item: web::Json<Item>) -> impl Responder {
    shelf.put(item.into_inner());
    HttpResponse::Created()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::var("PORT").ok().and_then(|text| text.parse().ok()).unwrap_or(8080u16);
    let shelf = web::Data::new(Shelf::default());
    HttpServer::new(move || App::new().app_data(shelf.clone()).service(index).service(items).service(add))
        .workers(2)
        .bind(("0.0.0.0", port))?
        .run()
        .await
}
