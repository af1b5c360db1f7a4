def test_first(service, article):
    service.define(article)
    service.start()
    import time
    time.sleep(3)
    print(service.show("StatusText","ActiveState","NRestarts"))
    print(service.said(all=True))
    print(service.rules(), service.names.asked, service.end.connections, service.pid)

