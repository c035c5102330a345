"""事项编译 — the catalogue as a program: what must hold in every situation, proved before it is published."""
