"""A small AWS of the tests' own, in front of the emulator: what moto does otherwise than AWS, or not at all.

front.py takes each request and hands it on: to a file of the service where AWS's behaviour is written here, else to
moto. buckets.py throttles, late.py lets readings be late, pages.py orders and cuts lists. Nothing of it is on until a
test says so over `POST /_aws/settings` (front.py names the members), but for the corrections, which are always on.
"""
