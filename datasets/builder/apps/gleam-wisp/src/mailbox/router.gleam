import wisp.{type Request, type Response}

pub fn handle(request: Request) -> Response {
  case wisp.path_segments(request) {
    [] -> wisp.ok() |> wisp.string_body("mailbox: two letters")
    _ -> wisp.not_found()
  }
}
