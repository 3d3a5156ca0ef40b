use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{SystemTime, UNIX_EPOCH};

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut request = [0u8; 1024];
    stream.read(&mut request)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let body = format!("the bell rings in {} minutes\n", timetable::until_next(now / 60 % 1440));
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", body.len(), body)
}

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("0.0.0.0:7070")?;
    println!("bell on 7070");
    for stream in listener.incoming() {
        if let Err(error) = stream.and_then(answer) {
            eprintln!("{error}");
        }
    }
    Ok(())
}
