import type { ComponentType } from 'react';
import { Navigate } from 'react-router';

export function movedTo(to: string): ComponentType {
  return () => <Navigate to={to} replace />;
}
