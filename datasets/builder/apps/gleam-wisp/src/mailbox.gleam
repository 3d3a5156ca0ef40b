import gleam/erlang/process
import mailbox/router
import mist
import wisp
import wisp/wisp_mist

pub fn main() {
  wisp.configure_logger()
  let secret = wisp.random_string(64)
  let assert Ok(_) =
    wisp_mist.handler(router.handle, secret)
    |> mist.new
    |> mist.bind("0.0.0.0")
    |> mist.port(8000)
    |> mist.start_http
  process.sleep_forever()
}
