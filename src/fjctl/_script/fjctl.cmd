@echo off
rem A virtual environment has Python beside its scripts, an installation one folder above them.
if exist "%~dp0python.exe" (
  "%~dp0python.exe" -m fjctl %*
) else (
  "%~dp0..\python.exe" -m fjctl %*
)
