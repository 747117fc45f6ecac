//! The laboratory behind a page on the loopback address.

pub mod assets;
pub mod guard;
pub mod refused;
pub mod routes;

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use rand::TryRng;
use rand::rngs::SysRng;

use crate::explore::laboratory::Laboratory;
use crate::explore::server::guard::Guard;
use crate::kernel::control::Control;

/// Bytes of the token in the link.
const TOKEN_BYTES: usize = 24;
/// How often the server looks whether it was asked to stop.
const LOOKS_EVERY: Duration = Duration::from_millis(50);
/// How long answers under way may take once it was.
const GRACE: Duration = Duration::from_millis(500);
/// Threads that run the model for pages.
const WORKERS: usize = 4;

/// A server that is bound and not yet serving.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    laboratory: Arc<Laboratory>,
    guard: Guard,
}

impl Server {
    /// Binds a port of the loopback address, any free one for 0, with a new random token.
    ///
    /// # Errors
    /// What the system says: the port is taken or not permitted, or there is no randomness.
    pub fn bind(laboratory: Laboratory, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let mut bytes = [0; TOKEN_BYTES];
        SysRng
            .try_fill_bytes(&mut bytes)
            .map_err(io::Error::other)?;
        let token = hex::encode(bytes);
        let port = listener.local_addr()?.port();
        Ok(Server {
            listener,
            laboratory: Arc::new(laboratory),
            guard: Guard::new(token, port),
        })
    }

    /// The link that opens the page.
    pub fn link(&self) -> String {
        self.guard.link()
    }

    /// Answers until `control` is cancelled.
    ///
    /// # Errors
    /// What the system says.
    pub fn serve(self, control: &Control) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .max_blocking_threads(WORKERS)
            .build()?;
        let served = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            let app = routes::router(self.laboratory, self.guard);
            let mut serving = tokio::spawn(async { axum::serve(listener, app).await });
            while !control.is_cancelled() {
                if let Ok(ended) = tokio::time::timeout(LOOKS_EVERY, &mut serving).await {
                    return ended.map_err(io::Error::other)?;
                }
            }
            // Connections are closed and whoever waits is told by that; runs under way end with their readers.
            serving.abort();
            Ok(())
        });
        runtime.shutdown_timeout(GRACE);
        served
    }
}
