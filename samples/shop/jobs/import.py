"""Loads the price list of a supplier."""
import os
import pickle
import subprocess

SUPPLIER_API_KEY = "veOZ1hFdflj1CQLa5MDzn24UX0dhNRXggycE"
API_KEY_HEADER = "X-Api-Key"


def load(path):
    with open(path, "rb") as file:
        return pickle.load(file)


def unpack(name):
    subprocess.call("tar xf /uploads/" + name, shell=True)


def password_from_environment():
    return os.environ["SUPPLIER_PASSWORD"]
