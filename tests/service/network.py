"""What stands between the service and the emulator: a name server and a TLS end with a CA of its own. Loopback only."""

import pathlib
import socket
import socketserver
import ssl
import struct
import subprocess
import threading


class NameServer:
    """Answers A for the names it knows, says of all else that it does not exist; counts; can be made silent."""

    def __init__(self, address, names):
        self.names, self.silent, self.asked = names, False, []
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                data, sock = self.request
                if not outer.silent:
                    answer = outer.answer(data)
                    if answer:
                        sock.sendto(answer, self.client_address)

        self.server = socketserver.ThreadingUDPServer((address, 53), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, query):
        number, flags, questions = struct.unpack("!HHH", query[:6])
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        kind = struct.unpack("!H", query[at + 1:at + 3])[0]
        question = query[12:at + 5]
        name = ".".join(labels).lower()
        self.asked.append((name, kind))
        address = self.names.get(name)
        records = b""
        if address and kind == 1:
            records = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 1, 4) + socket.inet_aton(address)
        code = 0 if address else 3
        return struct.pack("!HHHHHH", number, 0x8180 | code, questions, 1 if records else 0, 0, 0) + question + records

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def make_authority(folder, name):
    """A CA and a certificate for one name, by openssl: (ca.pem, chain.pem, key.pem)."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30",
            "-subj", "/CN=authority of the service tests")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "request.pem", "-subj", f"/CN={name}")
    (folder / "extension").write_text(f"subjectAltName=DNS:{name}\n")
    openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
            "-extfile", "extension", "-out", "chain.pem")
    return folder / "ca.pem", folder / "chain.pem", folder / "key.pem"


class TlsEnd:
    """Terminates TLS on a free loopback port and hands the bytes on to a host and port."""

    def __init__(self, target, certificate, key):
        self.target, self.connections = target, 0
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            client.settimeout(30)
            client = self.context.wrap_socket(client, server_side=True)
            client.settimeout(None)
            server = socket.create_connection(self.target)
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, ssl.SSLError):
            client.close()
            return
        self.connections += 1
        threading.Thread(target=self._pump, args=(server, client), daemon=True).start()
        self._pump(client, server)

    @staticmethod
    def _pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except (OSError, ssl.SSLError):
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def stop(self):
        self.listener.close()
